"""LOINC codes of the sections of a drug label, with their names in words of our own.

Compared with public copies of HL7's value set of SPL section codes. A code only names a section whose
title is missing, or says that it holds no prose; every other section is taken with the title it has.
"""

from __future__ import annotations

SECTION_NAMES = {
    "34066-1": "Boxed Warning",
    "34067-9": "Indications and Usage",
    "34068-7": "Dosage and Administration",
    "43678-2": "Dosage Forms and Strengths",
    "34070-3": "Contraindications",
    "43685-7": "Warnings and Precautions",
    "34071-1": "Warnings",
    "42232-9": "Precautions",
    "34072-9": "General Precautions",
    "34084-4": "Adverse Reactions",
    "90374-0": "Clinical Trials Experience",
    "90375-7": "Postmarketing Experience",
    "88830-5": "Immunogenicity",
    "34073-7": "Drug Interactions",
    "34074-5": "Drug and Laboratory Test Interactions",
    "43684-0": "Use in Specific Populations",
    "42228-7": "Pregnancy",
    "77290-5": "Lactation",
    "34080-2": "Nursing Mothers",
    "77291-3": "Females and Males of Reproductive Potential",
    "34079-4": "Labor and Delivery",
    "34077-8": "Teratogenic Effects",
    "34078-6": "Nonteratogenic Effects",
    "34081-0": "Pediatric Use",
    "34082-8": "Geriatric Use",
    "88829-7": "Hepatic Impairment",
    "88828-9": "Renal Impairment",
    "42227-9": "Drug Abuse and Dependence",
    "34085-1": "Controlled Substance",
    "34086-9": "Abuse",
    "34087-7": "Dependence",
    "34088-5": "Overdosage",
    "34089-3": "Description",
    "34090-1": "Clinical Pharmacology",
    "43679-0": "Mechanism of Action",
    "43681-6": "Pharmacodynamics",
    "43682-4": "Pharmacokinetics",
    "66106-6": "Pharmacogenomics",
    "49489-8": "Microbiology",
    "43680-8": "Nonclinical Toxicology",
    "34083-6": "Carcinogenesis, Mutagenesis, Impairment of Fertility",
    "34091-9": "Animal Pharmacology or Toxicology",
    "34092-7": "Clinical Studies",
    "34093-5": "References",
    "34075-2": "Laboratory Tests",
    "34069-5": "How Supplied",
    "44425-7": "Storage and Handling",
    "34076-0": "Information for Patients",
    "88436-1": "Patient Counseling Information",
    "68498-5": "Patient Medication Information",
    "42231-1": "Medication Guide",
    "42230-3": "Patient Package Insert",
    "59845-8": "Instructions for Use",
}

# Sections that are lists of data, the picture of a box, or a summary of changes.
WITHOUT_PROSE = {
    "48779-3": "indexing data",
    "48780-1": "product data",
    "51945-4": "package label",
    "43683-2": "recent major changes",
}
